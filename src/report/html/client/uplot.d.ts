// uPlot stands before the page's own script in the same file.
declare const uPlot: typeof import('uplot');
