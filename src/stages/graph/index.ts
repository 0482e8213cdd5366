/**
 * graph: `Project` → `Graph`. Pure. What some targets need, in an order in which it can be built; names the unknown
 * and every cycle.
 */
export { buildGraph, type CopySources, type GraphOptions } from './build-graph.ts';
export type { Graph, GraphBuilder, GraphImage } from './graph.ts';
export { renderDot } from './render-dot.ts';
export { renderTree } from './render-tree.ts';
export { resolveTargets } from './resolve-targets.ts';
export { suggestImage } from './suggest-image.ts';
