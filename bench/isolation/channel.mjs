// The ways from a connector to the main program that are compared: a worker's port, a child's IPC, a pipe of frames.
import { fork } from "node:child_process"
import { Socket } from "node:net"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import v8 from "node:v8"
import { parentPort, Worker } from "node:worker_threads"

/** Frames of a length in four bytes and that many bytes, which `write` makes and `read` takes. */
const framed = (socket, { read, write }) => {
  let handle = () => undefined
  let chunks = []
  let held = 0
  let wanted = 4
  socket.on("data", (chunk) => {
    chunks.push(chunk)
    held += chunk.length
    while (held >= wanted) {
      const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, held)
      const length = 4 + all.readUInt32LE(0)
      wanted = length
      if (held < length) chunks = [all]
      else {
        chunks = held === length ? [] : [all.subarray(length)]
        held -= length
        wanted = 4
        handle(read(all.subarray(4, length)))
      }
    }
  })
  return {
    post: (message) => {
      const parts = write(message)
      socket.cork()
      socket.write(uint32(parts.reduce((sum, part) => sum + part.length, 0)))
      for (const part of parts) socket.write(part)
      socket.uncork()
    },
    receive: (handler) => {
      handle = handler
    }
  }
}

const uint32 = (value) => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const FRAMES = {
  pipe: { write: (message) => [v8.serialize(message)], read: v8.deserialize },
  /** JSON with its length, then the body as it is. */
  json: {
    write: ({ body = new Uint8Array(), ...message }) => {
      const text = Buffer.from(JSON.stringify(message))
      return [uint32(text.length), text, body]
    },
    read: (frame) => {
      const end = 4 + frame.readUInt32LE(0)
      return { ...JSON.parse(frame.toString("utf8", 4, end)), body: frame.subarray(end) }
    }
  }
}

/** The connector's end. */
export const inside = (kind) => {
  if (kind === "worker") {
    return {
      post: (message, transfer) => parentPort.postMessage(message, transfer),
      receive: (handler) => parentPort.on("message", handler)
    }
  }
  if (kind in FRAMES) return framed(new Socket({ fd: 3 }), FRAMES[kind])
  return { post: (message) => process.send(message), receive: (handler) => process.on("message", handler) }
}

const file = join(dirname(fileURLToPath(import.meta.url)), "connector.mjs")

/** The main program's end of a connector that is started without an environment. */
export const start = (kind, { args = [], execArgv = [], limits, shell } = {}) => {
  const argv = [kind, ...args]
  if (kind === "worker") {
    const worker = new Worker(file, { argv, env: {}, stdout: true, stderr: true, resourceLimits: limits })
    let last
    worker.on("error", (error) => {
      last = error.code ?? error.message
    })
    return {
      post: (message) => worker.postMessage(message),
      receive: (handler) => worker.on("message", handler),
      stop: () => worker.terminate(),
      ended: new Promise((resolve) => worker.on("exit", (code) => resolve(last ?? `exit ${code}`))),
      pid: process.pid
    }
  }
  const child = fork(file, argv, {
    env: {},
    execArgv,
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", kind in FRAMES ? "pipe" : "ignore", "ipc"],
    // `ulimit` is a command of the shell, which then becomes Node.
    ...(shell && { execPath: "/bin/sh", execArgv: ["-c", `${shell}; exec "$0" "$@"`, process.execPath, ...execArgv] })
  })
  for (const stream of [child.stdout, child.stderr]) stream.resume()
  const channel =
    kind in FRAMES
      ? framed(child.stdio[3], FRAMES[kind])
      : { post: (message) => child.send(message), receive: (handler) => child.on("message", handler) }
  return {
    ...channel,
    stop: () => child.kill("SIGKILL"),
    ended: new Promise((resolve) => child.on("exit", (code, signal) => resolve(signal ?? `exit ${code}`))),
    pid: child.pid
  }
}
