import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";

/** Asks a proxy for a connection to a server, over which nobody but the server can read where it is encrypted. */
export function openTunnel(proxy: URL, host: string, port: string, milliseconds: number): Promise<Socket> {
  const target = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const { protocol, hostname, port: proxyPort, username, password } = proxy;
  const secure = protocol === "https:";
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const proxyHost = hostname.replace(/^\[|\]$/g, "");
  const options = {
    method: "CONNECT",
    host: proxyHost,
    // Else the name in the header would have to stand in the proxy's certificate.
    servername: isIP(proxyHost) === 0 ? proxyHost : "",
    port: proxyPort || (secure ? 443 : 80),
    path: target,
    headers: {
      host: target,
      ...(username === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` }),
    },
    agent: false,
    timeout: milliseconds,
  } as const;
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(options);
    request.once("connect", (answer, socket: Socket) => {
      if (answer.statusCode === 200) {
        socket.setTimeout(0);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refusal(proxy, target, answer.statusCode));
    });
    // A proxy that refuses may answer as a server does.
    request.once("response", (answer) => {
      answer.destroy();
      reject(refusal(proxy, target, answer.statusCode));
    });
    request.once("timeout", () => {
      const seconds = Math.round(milliseconds / 1000);
      request.destroy(Object.assign(new Error(`no answer for ${seconds} seconds`), { code: "ETIMEDOUT" }));
    });
    request.once("error", (error: NodeJS.ErrnoException) => {
      reject(Object.assign(new Error(`the proxy ${proxy.host}: ${error.message}`), { code: error.code }));
    });
    request.end();
  });
}

/** A proxy that cannot reach the server right now may do so later; one that may not will never. */
function refusal(proxy: URL, target: string, status = 0): Error {
  const error = new Error(`the proxy ${proxy.host} answered the way to ${target} with status ${status}`);
  return status >= 500 ? Object.assign(error, { code: "ECONNREFUSED" }) : error;
}
