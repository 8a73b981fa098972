/*
 * Charts in the colours of the page, also after the theme is switched.
 *
 * Unfold reads a colour such as var(--bss-chart-1) once, when it draws the chart. Here it
 * is read again whenever the page changes between light and dark, with those of the words
 * at the axes and in the legend.
 */
(() => {
  const root = document.documentElement;
  const PROPERTIES = ["backgroundColor", "borderColor"];

  const read = (colour) => {
    const name = /^var\((--[\w-]+)\)$/.exec(colour ?? "")?.[1];
    return name ? getComputedStyle(root).getPropertyValue(name).trim() : colour;
  };

  const paint = (canvas) => {
    const chart = window.Chart?.getChart(canvas);
    if (!chart) return;
    JSON.parse(canvas.dataset.value).datasets.forEach((asked, place) => {
      for (const property of PROPERTIES) {
        const colour = asked[property];
        if (!colour) continue;
        chart.data.datasets[place][property] = Array.isArray(colour) ? colour.map(read) : read(colour);
      }
    });
    const words = read("var(--bss-subtle)");
    for (const scale of Object.values(chart.options.scales ?? {})) scale.ticks.color = words;
    chart.options.plugins.legend.labels.color = words;
    chart.update("none");
  };

  const paintAll = () => document.querySelectorAll("canvas.chart").forEach(paint);

  addEventListener("load", paintAll);
  new MutationObserver(paintAll).observe(root, { attributes: true, attributeFilter: ["class"] });
})();
