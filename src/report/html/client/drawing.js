// What lies behind and over the lines of a chart: parts of the traffic, limits, and where the generator was in the way.

/** @typedef {import('uplot')} uPlot */
/** @typedef {ReturnType<typeof import('../drawn.ts').drawnFrom>} Drawn */

/** @param {string} name */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || '#566072';
}

/**
 * @param {uPlot} plot
 * @param {(ctx: CanvasRenderingContext2D, box: { left: number, top: number, width: number, height: number }) => void} draw
 */
function inside(plot, draw) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, bbox);
  ctx.restore();
}

/**
 * @param {uPlot} plot
 * @param {Drawn} drawn
 */
export function drawBands(plot, { bands }) {
  inside(plot, (ctx, box) => {
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textBaseline = 'alphabetic';
    let free = box.left;
    const seen = new Set();
    for (const [fromS, untilS, name] of bands) {
      const left = plot.valToPos(fromS, 'x', true);
      const right = plot.valToPos(untilS, 'x', true);
      if (right < box.left || left > box.left + box.width) continue;
      ctx.globalAlpha = 0.08;
      ctx.fillStyle = colour('accent');
      ctx.fillRect(left, box.top, Math.max(right - left, 1), box.height);
      ctx.globalAlpha = 1;
      const width = ctx.measureText(name).width;
      const end = box.left + box.width;
      // As in svg/frame.ts.
      const start = Math.min(Math.max(left, box.left) + 4 * devicePixelRatio, end - width);
      const at = seen.has(name) ? start : Math.max(start, free);
      if (at < free || at + width > end || (at > start && at >= right)) continue;
      seen.add(name);
      ctx.fillStyle = colour('quiet');
      ctx.fillText(name, at, box.top + 12 * devicePixelRatio);
      free = at + width + 8 * devicePixelRatio;
    }
  });
}

/**
 * @param {uPlot} plot
 * @param {Drawn} drawn
 */
export function drawStretches(plot, { stretches }) {
  if (stretches.length === 0) return;
  inside(plot, (ctx, box) => {
    ctx.strokeStyle = colour('hatch');
    ctx.globalAlpha = 0.55;
    ctx.beginPath();
    const step = 6 * devicePixelRatio;
    for (const [fromS, untilS] of stretches) {
      const left = Math.max(plot.valToPos(fromS, 'x', true), box.left);
      const right = Math.min(Math.max(plot.valToPos(untilS, 'x', true), left + 2), box.left + box.width);
      if (right <= left) continue;
      ctx.rect(left, box.top, right - left, box.height);
      for (let at = left - box.height; at < right; at += step) {
        const [from, to] = [Math.max(at, left), Math.min(at + box.height, right)];
        if (to <= from) continue;
        ctx.moveTo(from, box.top + box.height - (from - at));
        ctx.lineTo(to, box.top + box.height - (to - at));
      }
    }
    ctx.stroke();
  });
}

/** Of the names of parts, at the top: the words of a limit make room for them. */
const NAMES_HEIGHT = 24;

/**
 * @param {uPlot} plot
 * @param {{ us: number, text: string }[]} limits
 */
export function drawLimits(plot, limits) {
  inside(plot, (ctx, box) => {
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textBaseline = 'alphabetic';
    ctx.textAlign = 'right';
    ctx.strokeStyle = ctx.fillStyle = colour('limit');
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const { us, text } of limits) {
      const y = plot.valToPos(us, 'y', true);
      ctx.beginPath();
      ctx.moveTo(box.left, y);
      ctx.lineTo(box.left + box.width, y);
      ctx.stroke();
      const below = y < box.top + NAMES_HEIGHT * devicePixelRatio;
      ctx.fillText(text, box.left + box.width - 4, y + (below ? 13 : -5) * devicePixelRatio);
    }
  });
}

/**
 * Plateaus on which the queue grew: red, and a bar on the axis.
 *
 * @param {uPlot} plot
 * @param {Drawn} drawn
 */
export function drawGrowths(plot, { growths }) {
  inside(plot, (ctx, box) => {
    ctx.fillStyle = colour('limit');
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    const bar = 4 * devicePixelRatio;
    let free = box.left;
    for (const [fromS, untilS] of growths) {
      const left = Math.max(plot.valToPos(fromS, 'x', true), box.left);
      const width = Math.min(plot.valToPos(untilS, 'x', true), box.left + box.width) - left;
      if (width <= 0) continue;
      ctx.globalAlpha = 0.1;
      ctx.fillRect(left, box.top, width, box.height);
      ctx.globalAlpha = 1;
      ctx.fillRect(left, box.top + box.height - bar, width, bar);
      if (left < free) continue;
      ctx.fillText('growing', left + bar, box.top + box.height - 2 * bar);
      free = left + ctx.measureText('growing').width + 3 * bar;
    }
  });
}

/**
 * When each burst was got over.
 *
 * @param {uPlot} plot
 * @param {Drawn} drawn
 */
export function drawMoments(plot, { moments }) {
  inside(plot, (ctx, box) => {
    ctx.strokeStyle = ctx.fillStyle = colour('quiet');
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    let free = box.left;
    for (const [atS, text] of moments) {
      const at = plot.valToPos(atS, 'x', true);
      if (at < box.left || at > box.left + box.width) continue;
      ctx.beginPath();
      ctx.moveTo(at, box.top);
      ctx.lineTo(at, box.top + box.height);
      ctx.stroke();
      if (at < free) continue;
      ctx.fillText(text, at + 4 * devicePixelRatio, box.top + 26 * devicePixelRatio);
      free = at + ctx.measureText(text).width + 8 * devicePixelRatio;
    }
  });
}
