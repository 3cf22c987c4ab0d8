// test/conformance.test.ts of a new package.
import type { Answers } from "../Answers.ts"
import { signIns } from "./SignIn.ts"

/** What stands for the members of a configuration where no service is asked. */
const SAMPLES: Readonly<Record<string, string>> = {
  token: "a-token-of-the-test",
  apiKey: "a-key-of-the-test",
  user: "somebody",
  password: "a-password-of-the-test",
  clientId: "12345",
  clientSecret: "a-secret-of-the-test"
}

/** The text of test/conformance.test.ts. */
export const conformance = ({ auth }: Answers): string => {
  const members = Object.keys(signIns[auth].members).map((member) => `${member}: ${JSON.stringify(SAMPLES[member])}`)
  return `// The laws that every connector keeps, on what the service answered: npx inlet connector record makes the cassette anew.
import { testConnector } from "@inlet/sdk/testing"
import connector from "../src/index.ts"

testConnector(connector, {
  config: ${members.length === 0 ? "{}" : `{ ${members.join(", ")} }`},
  cassette: new URL("./cassette.json", import.meta.url)
})
`
}
