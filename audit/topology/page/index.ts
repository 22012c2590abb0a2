/** The audit to look at: as a page, as drawings, as a document to print. */
export { renderPage } from "./html.ts";
export { topologyMap, VIEWS, type MapFailure, type TopologyMap, type View } from "./map.ts";
export { renderReport } from "./report.ts";
export { renderSvg, type DrawingOptions } from "./svg.ts";
