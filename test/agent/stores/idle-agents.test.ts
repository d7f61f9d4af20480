// How long a connection to a store may be still: on a new one, and on one that is used again.
// Does not prove: connections that cannot be made, which faults/network.test.ts does.
import assert from "node:assert/strict";
import { createServer, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type IdleAgents, idleAgents } from "../../../agent/stores/idle-agents.js";

/** What the server announces, in seconds; clients close a connection one second before. */
const announced = 2;

describe("agent: connections to stores", () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;

  before(async () => {
    server = createServer((_request, response) => {
      answer(response);
    });
    server.keepAliveTimeout = announced * 1000;
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  function ask({ http: agent }: IdleAgents): Promise<string> {
    const { port } = server.address() as AddressInfo;
    return new Promise((done, fail) => {
      const asked = request({ port, agent }, (response) => {
        text(response).then(done, fail);
      });
      asked.once("error", fail).end();
    });
  }

  for (const requests of [1, 2]) {
    it(`wait for a slow answer to request ${String(requests)}, longer than the server keeps idle ones`, async () => {
      const agents = idleAgents({ idleTimeoutSeconds: 60 });
      const ports = new Set<number | undefined>();
      for (let number = 1; number <= requests; number++) {
        answer = (response) => {
          ports.add(response.socket?.remotePort);
          void delay(number === requests ? announced * 1000 : 0).then(() => response.end("answer"));
        };
        assert.equal(await ask(agents), "answer");
      }
      assert.equal(ports.size, 1, "the connection must be used again for this test");
      agents.http.destroy();
    });
  }

  it("give up a connection on which nothing moves", async () => {
    const agents = idleAgents({ idleTimeoutSeconds: 1 });
    answer = (response) => response.end("answer");
    await ask(agents);
    answer = () => undefined;
    await assert.rejects(ask(agents), { code: "ETIMEDOUT", message: "nothing moved on the connection for 1 seconds" });
    agents.http.destroy();
  });
});
