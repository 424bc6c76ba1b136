// Seeded randomness, so that a run can be repeated from its seed alone: a sequential generator for the schedule and a
// hash for everything that must be known of order `seq` without having generated the orders before it.
// Neither is for secrets.

const TWO_32 = 2 ** 32;
const GOLDEN = 0x9e3779b9;

/** `lowbias32`: a bijection of 32-bit words with near-ideal avalanche (C. Wellons, "Prospecting for Hash Functions", 2018). */
function mix(word: number): number {
  let w = word;
  w = Math.imul(w ^ (w >>> 16), 0x7feb352d);
  w = Math.imul(w ^ (w >>> 15), 0x846ca68b);
  return w ^ (w >>> 16);
}

/** All bits of a seed count, also those above 2^32 (a time stamp in ms, say). */
function foldSeed(seed: number): number {
  return mix((seed | 0) ^ mix((Math.floor(seed / TWO_32) | 0) + GOLDEN));
}

/**
 * 32-bit unsigned hash of whole numbers (seed, seq, salt). For a fixed seed and salt it is a bijection of seq in
 * 0…2^32−1: two orders of one run never share a value. `salt` keeps independent uses (buyer, sku …) apart.
 */
export function hash32(seed: number, seq: number, salt: number): number {
  const key = foldSeed(seed) ^ mix(salt + GOLDEN);
  // Two keyed rounds: with one, the values of another seed would be the same row of values, only shifted.
  return mix(mix(seq + key) ^ mix(key + GOLDEN)) >>> 0;
}

/** Uniform in [0, 1), in steps of 2^-32; the same for the same (seed, seq, salt). */
export function uniform(seed: number, seq: number, salt: number): number {
  return hash32(seed, seq, salt) / TWO_32;
}

/**
 * Sequential generator of uniforms in the open interval (0, 1), in steps of 2^-32: safe under a logarithm.
 * sfc32 (C. Doty-Humphrey, PractRand 0.93): 128 bits of state, period at least 2^32.
 */
export function randomOf(seed: number, salt: number): () => number {
  let a = hash32(seed, 0, salt) | 0;
  let b = hash32(seed, 1, salt) | 0;
  let c = hash32(seed, 2, salt) | 0;
  let counter = 1;
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return ((out >>> 0) + 0.5) / TWO_32;
  };
  // PractRand's own seeding discards the first outputs while the state mixes.
  for (let discard = 0; discard < 12; discard += 1) next();
  return next;
}
