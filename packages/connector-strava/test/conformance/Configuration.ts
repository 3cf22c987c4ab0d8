// With what the cassette was recorded, the emulator's addresses aside.

export const config = { clientId: "12345", clientSecret: "made-up-secret" }
