// With what the cassette was recorded, the emulator's address and token aside.

export const config = { repositories: ["acme/app", "acme/empty"], pageSize: 2 }
