// The connector keeps to the laws that hold for everybody's.
import { testConnector } from "@inlet/sdk/testing"
import strava from "../../src/index.ts"
import { config } from "./Configuration.ts"

testConnector(strava, {
  config,
  cassette: new URL("cassette.json", import.meta.url),
  contracts: new URL("../../../../schemas", import.meta.url)
})
