// For runners: what a connector's process and its runner say to each other.
export * as Body from "../Body.ts"
export * as Fault from "../Fault.ts"
export * as Channel from "./Channel.ts"
export * as Protocol from "./Protocol.ts"
