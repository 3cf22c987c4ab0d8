// Texts that are nowhere else: whatever of them is found where it must not be has leaked. Some hold signs that are written in
// another way in JSON and in addresses.

const keyOf = (text: string) => Buffer.from(text.padEnd(32, ".")).toString("base64")

/** By what each is. Those that a run is given on its way are added. */
export const SECRETS = {
  databox: 'pak_c4nary"/+%41\\3f9a1d77',
  github: "ghp_c4naryOf51c0e2b8GitHub00",
  strava: 'c4nary+of/strava"a07d64f1',
  key: keyOf("the c4nary of the key"),
  newKey: keyOf("the c4nary of the key to come"),
  connector: "c4nary_0c4e7b21_of_a_connector",
  collectorHeader: "c4nary 77ab of the collector's header",
  collectorUser: "c4nary-9d02-of-the-collectors-user",
  collectorPath: "c4nary-be41-of-the-collectors-path",
  collectorQuery: "c4nary-5510-of-the-collectors-query",
  password: "c4nary-f00d-of-a-password",
  /** Typed where it is no use, and nowhere else. */
  typed: "ghp_c4naryTyped77d1f0a2b3c4d5e6f7a8b9",
  /** In the environment, and nobody asked for it. */
  stray: "c4nary/stray+8e21",
  baggage: "c4nary-ba66-of-the-baggage"
} as const

/** Of a trace that others began: for the collector, and for nobody else. */
export const TRACE_STATE = "c4nary57a7e0fthetrace"

/** A trace that others began. */
export const TRACE = "0af7651916cd43dd8448eb211c80319c"

/** What is somebody's own. */
export const PERSONAL = {
  name: 'Mira "C4nary" O\'Lund',
  login: "mira-c4nary-login",
  email: "mira.c4nary@example.com",
  title: "The c4nary's title is \\ hers",
  body: "What the c4nary wrote to nobody else",
  place: "46.05117321"
} as const
