// The emulators by name, and the loopback server under them for whoever emulates another service.
export * as DataboxEmulator from "./DataboxEmulator.ts"
export * as Fault from "./Fault.ts"
export * as GitHubEmulator from "./GitHubEmulator.ts"
export * as Loopback from "./Loopback.ts"
export * as StravaEmulator from "./StravaEmulator.ts"
