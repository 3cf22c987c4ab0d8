export * as DataboxSink from "./DataboxSink.ts"
export * as Inspection from "./Inspection.ts"
