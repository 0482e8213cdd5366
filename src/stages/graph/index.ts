/**
 * graph: `Project` → `Graph`. Pure. What some targets need, in an order in which it can be built; names the unknown
 * and every cycle.
 */
export {
  buildGraph,
  surveyGraph,
  type CopySources,
  type GraphOptions,
  type GraphSurvey,
} from './build-graph.ts';
export type { Graph, GraphBuilder, GraphImage } from './graph.ts';
export { renderDot } from './render-dot.ts';
export { renderTree } from './render-tree.ts';
export { withoutImages } from './without-images.ts';
export { resolveTargets } from './resolve-targets.ts';
export { suggestImage } from './suggest-image.ts';
