// Where a secret may be sent: nobody on the way reads it.

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether what goes there is encrypted, or does not leave this machine. */
export const isPrivate = ({ hostname, protocol }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname))
