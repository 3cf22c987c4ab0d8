export * as DataboxSink from "./DataboxSink.ts"
