// What runs in a worker or a child: loads the sdk and a connector, then carries as many pages as it is asked for, or does
// what it must not. `connector.mjs KIND [FAULT]`; the kind says which way its answers go.
import { inside } from "./channel.mjs"
import { FAULTS } from "./faults.mjs"
import { loaded, pages } from "./work.mjs"

const [, , kind, fault] = process.argv
const { post, receive } = inside(kind)
let send
receive(({ credit }) => {
  if (credit === undefined) send = pages(post)
  else send(credit)
})
if (fault === undefined) post(await loaded())
else FAULTS[fault]({ post, say: (said) => post({ said }), main: kind === "worker" ? process.pid : process.ppid })
