// TLS for servers that speak plain HTTP on loopback: what a reverse proxy does in production.

import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";

/** Listens with the certificate of `host`, made by certificates.sh, and answers by `handler`. */
export async function listenTls({ certificates, host, address }, handler) {
  const server = https.createServer(
    {
      key: readFileSync(path.join(certificates, `${host}.key`)),
      cert: readFileSync(path.join(certificates, `${host}.pem`)),
    },
    handler,
  );
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(443, address, resolve);
  });
  return server;
}

/**
 * A handler that passes each request on to a port on loopback. The Host header, the order of the
 * headers and the body stay as they came, because signatures cover them; each exchange is noted in
 * `journal`.
 */
export function forwardTo(port, journal = []) {
  return (request, response) => {
    const headers = [...request.rawHeaders, "X-Forwarded-For", request.socket.remoteAddress];
    const onward = http.request(
      {
        host: "127.0.0.1",
        port,
        method: request.method,
        path: request.url,
        headers: [...headers, "X-Forwarded-Proto", "https"],
      },
      (answer) => {
        journal.push({ method: request.method, url: request.url, status: answer.statusCode });
        response.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    onward.on("error", (error) => {
      journal.push({ method: request.method, url: request.url, status: 502, why: error.message });
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
    request.pipe(onward);
  };
}

/** Turns a handler of web-standard requests (as Fedify's is) into one for Node's server. */
export function fromFetch(host, answerTo) {
  return async (request, response) => {
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const headers = new Headers();
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        headers.append(request.rawHeaders[i], request.rawHeaders[i + 1]);
      }
      const hasBody = !["GET", "HEAD"].includes(request.method);
      const answer = await answerTo(
        new Request(`https://${host}${request.url}`, {
          method: request.method,
          headers,
          body: hasBody ? Buffer.concat(chunks) : undefined,
        }),
      );
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      console.error("the peer's handler failed:", error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  };
}
