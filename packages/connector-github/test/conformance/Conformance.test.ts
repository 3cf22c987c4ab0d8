// The connector keeps to the laws that hold for everybody's.
import { testConnector } from "@inlet/sdk/testing"
import github from "../../src/index.ts"
import { config } from "./Configuration.ts"

testConnector(github, {
  config: { ...config, token: "ghp_made_up_canary" },
  cassette: new URL("cassette.json", import.meta.url),
  contracts: new URL("../../../../schemas", import.meta.url),
  concurrency: 4,
  meant: [
    { status: 410, because: "a repository has the feature switched off, so that its list is empty" },
    { status: 409, stream: "commits", because: "a repository has no commits" }
  ]
})
