// What sources sign in with: `inlet login`, `inlet logout`, and the key that tokens are encrypted with.
import { command, family, flag, port } from "./Define.ts"
import { source } from "./Names.ts"

export const login = command("login", {
  summary: "Signs in to a source by OAuth2, in the browser",
  details: ["What that brings is kept encrypted in the store."],
  examples: ["inlet login strava", "inlet login strava --no-browser --port 8401"],
  takes: {
    source,
    noBrowser: flag("no-browser", "print the address only; so it is without a terminal"),
    port: port("port of 127.0.0.1 that the browser is led back to; by default a free one"),
    device: flag("device", "enter a code on another device, where the service has that")
  },
  load: () => import("../commands/Login.ts")
})

export const logout = command("logout", {
  summary: "Gives a sign-in back to the service and forgets it",
  examples: ["inlet logout strava"],
  takes: { source },
  load: () => import("../commands/Logout.ts")
})

const keyRotate = command("rotate", {
  summary: "Encrypts the tokens that sources sign in with anew, with another key",
  examples: ["inlet key rotate", "INLET_NEW_KEY=... inlet key rotate"],
  takes: {},
  load: () => import("../commands/Key.ts").then(({ rotate }) => rotate)
})

export const key = family("key", {
  summary: "Manages the key that tokens are encrypted with",
  examples: ["inlet key rotate"],
  commands: [keyRotate]
})
