// The package's version, which Strava gets to see and runs record; a test holds it to the manifest.
export const version = "0.1.0"
