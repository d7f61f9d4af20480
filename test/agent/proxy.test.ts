// Everything that the agent reaches by a proxy that speaks CONNECT, over TLS with an authority of the company's own: S3,
// Google's and Azure's stores, a Pushgateway, a Git repository. The servers' names are known to the proxy alone, so that
// nothing comes through that went by itself. Does not prove: a proxy that reads what is encrypted, proxies that find out
// who asks by Kerberos or NTLM, and token servers of clouds.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { buffer } from "node:stream/consumers";
import { proxyOf } from "../../agent/proxy.js";
import { needPrograms, runProgram, skip } from "../support/programs.js";
import { AzureServer } from "./support/azure-server.js";
import { type Certificate, localhostCertificate } from "./support/certificate.js";
import { ConnectProxy } from "./support/connect-proxy.js";
import { FaultyProxy } from "./support/faulty-proxy.js";
import { GcsServer } from "./support/gcs-server.js";
import { GitServer } from "./support/git-server.js";
import { KubernetesServer } from "./support/kubernetes-server.js";
import { S3Server } from "./support/s3-server.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

const host = "store.example";
const printed = { kind: "command", command: ["head", "-c", "3000000", "/dev/urandom"] } as const;

describe("agent: behind a proxy", () => {
  const proxy = new ConnectProxy();
  let certificates: Workspace;
  let certificate: Certificate;
  let server: S3Server;
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, "versitygw", "openssl", "age-keygen", "minisign");
    certificates = new Workspace({ source: printed });
    certificate = localhostCertificate(certificates, host);
    server = new S3Server("127.0.0.1", ["backups"], certificate);
    await server.start();
    await proxy.start();
  });
  after(async () => {
    await (server as S3Server | undefined)?.stop();
    (certificates as Workspace | undefined)?.remove();
    await proxy.stop();
  });
  beforeEach(() => {
    proxy.reset();
    workspace = new Workspace({ source: printed });
    // What the component `certificateAuthorities` sets.
    workspace.variables["NODE_EXTRA_CA_CERTS"] = certificate.certFile;
    workspace.variables["HTTPS_PROXY"] = proxy.url;
  });
  afterEach(() => {
    workspace.remove();
  });

  const store = () => server.store({ endpoint: `https://${host}:${String(server.port)}` });
  const backup = (asset: string): Promise<AgentRun> => workspace.run(["backup"], { stores: [store()], asset }, "s3");

  it("writes to S3 by it and reads back, and trusts the company's authority as the public ones", async () => {
    const run = await backup("tunnelled");
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual([...new Set(proxy.opened)], [`${host}:${String(server.port)}`]);
    const check = await workspace.run(["check", "--deep"], { stores: [store()], asset: "tunnelled" }, "s3");
    assert.equal(check.code, 0, check.stderr);
  });

  it("trusts no unknown authority behind it", async () => {
    delete workspace.variables["NODE_EXTRA_CA_CERTS"];
    const run = await backup("untrusted");
    assert.equal(run.code, 1);
    assert.match(run.result.message, /DEPTH_ZERO_SELF_SIGNED_CERT|self-signed certificate/);
  });

  it("reaches an https proxy, whose own certificate counts", async () => {
    const own = localhostCertificate(workspace);
    const secure = new ConnectProxy("127.0.0.1", own);
    await secure.start();
    try {
      workspace.variables["HTTPS_PROXY"] = secure.url;
      const distrusted = await backup("secure");
      assert.equal(distrusted.code, 1);
      assert.match(distrusted.result.message, /the proxy localhost:\d+: self-signed certificate/);
      const both = workspace.path("both.pem");
      runProgram("sh", ["-c", 'cat "$1" "$2" > "$3"', "sh", certificate.certFile, own.certFile, both]);
      workspace.variables["NODE_EXTRA_CA_CERTS"] = both;
      const run = await backup("secure");
      assert.equal(run.code, 0, run.stderr);
      assert.ok(secure.opened.length > 0);
    } finally {
      await secure.stop();
    }
  });

  it("names itself to a proxy that asks, and shows its password nowhere", async () => {
    proxy.credentials = "backup:p@ss word";
    const refused = await backup("asked");
    assert.equal(refused.code, 1);
    assert.match(
      refused.result.message,
      /the proxy 127\.0\.0\.1:\d+ answered the way to store\.example:\d+ with status 407/,
    );
    workspace.variables["HTTPS_PROXY"] = proxy.url.replace("//", "//backup:p%40ss%20word@");
    const run = await backup("asked");
    assert.equal(run.code, 0, run.stderr);
    workspace.variables["HTTPS_PROXY"] = proxy.url.replace("//", "//backup:not%20the%20word@");
    const wrong = await backup("asked");
    assert.equal(wrong.code, 1);
    for (const { stdout, stderr } of [run, wrong])
      assert.doesNotMatch(stdout + stderr, /p%40ss|p@ss|not the word|not%20/);
  });

  it("says who refuses, who does not answer, and tries again where that may pass", async () => {
    proxy.refuses = () => 403;
    const refused = await backup("refused");
    assert.deepEqual([refused.code, proxy.opened], [1, []]);
    assert.match(refused.result.message, /the proxy .* with status 403/);
    const busy = [503, 502];
    proxy.refuses = () => busy.pop();
    const run = await backup("refused");
    assert.equal(run.code, 0, run.stderr);
    workspace.variables["HTTPS_PROXY"] = "http://127.0.0.1:1";
    const away = await backup("refused");
    assert.equal(away.code, 1);
    assert.match(away.result.message, /ECONNREFUSED/);
  });

  it("refuses a proxy that is no URL with 2 and does not repeat it", async () => {
    for (const wrong of ["proxy:3128", "socks5://user:hidden-word@proxy:1080", "http://user:%zz-hidden-word@proxy"]) {
      workspace.variables["HTTPS_PROXY"] = wrong;
      const run = await backup("wrong");
      assert.equal(run.code, 2, run.stderr);
      assert.match(
        run.result.message,
        /^HTTPS_PROXY must be the URL of an HTTP proxy \(the agent\), got something else/,
      );
      assert.ok(!(run.stdout + run.stderr).includes("hidden-word"));
    }
  });

  it("reaches Google's and Azure's stores by it", async function () {
    needPrograms(this, "fake-gcs-server", "azurite-blob");
    const [gcs, azure] = [new GcsServer(), new AzureServer()];
    try {
      await gcs.start();
      await azure.start();
      for (const [one, family] of [
        [gcs, "gcs"],
        [azure, "azure"],
      ] as const) {
        // They speak plain HTTP: TLS stands in front of them.
        const front = new FaultyProxy(() => one.endpoint, certificate);
        await front.start();
        proxy.reset();
        const { port } = new URL(front.endpoint);
        const stores = [one.store({ endpoint: `https://${host}:${port}` })];
        const run = await workspace.run(["backup"], { stores }, family);
        assert.equal(run.code, 0, run.stderr);
        assert.deepEqual([...new Set(proxy.opened)], [`${host}:${port}`]);
        assert.ok(front.seen.length > 0);
        await front.stop();
      }
    } finally {
      await gcs.stop();
      await azure.stop();
    }
  });

  it("pushes its metrics by it", async () => {
    const [pushed, gateway] = await pushGateway();
    try {
      workspace.variables["HTTP_PROXY"] = proxy.url;
      await workspace.run(["backup"]);
      const url = `http://push.example:${String((gateway.address() as AddressInfo).port)}`;
      const run = await workspace.run(["check", "--push", url]);
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(proxy.opened, [url.replace("http://", "")]);
      assert.match(pushed[0] ?? "", /^PUT \/metrics\/job\/backup_tiers\/environment\/production\/asset\/orders/);
    } finally {
      await new Promise((done) => gateway.close(done));
    }
  });

  it("clones a repository by it, unless NO_PROXY names its host", async function () {
    needPrograms(this, "git");
    const repositories = workspace.path("repositories");
    const git = new GitServer(repositories, "reader", "a token");
    const front = new FaultyProxy(() => new URL(git.url("")).origin, certificate);
    const repository = `${repositories}/platform.git`;
    runProgram("git", ["init", "--quiet", repository]);
    const author = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    runProgram("git", ["-C", repository, ...author, "commit", "--quiet", "--allow-empty", "-m", "one"]);
    runProgram("sh", ["-c", 'printf "a token" > "$1"', "sh", workspace.path("token")]);
    await git.start();
    await front.start();
    try {
      const { port } = new URL(front.endpoint);
      const url = `https://${host}:${port}/platform.git`;
      const access = { user: "reader", passwordFile: workspace.path("token"), caFile: certificate.certFile };
      const source = { kind: "git", url, ...access };
      const run = await workspace.run(["backup"], { source });
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual([...new Set(proxy.opened)], [`${host}:${port}`]);
      proxy.reset();
      workspace.variables["NO_PROXY"] = host;
      const direct = await workspace.run(["backup"], { source });
      assert.deepEqual([direct.code, proxy.opened], [1, []]);
      assert.match(direct.result.message, /Could not resolve host: store\.example/);
    } finally {
      await front.stop();
      await git.stop();
    }
  });

  it("lets a program of the user's hear of it, under both names of every variable", async () => {
    workspace.variables["NO_PROXY"] = "git.example";
    const command = ["sh", "-c", 'echo "$HTTPS_PROXY $https_proxy $NO_PROXY $no_proxy $HTTP_PROXY"'];
    const beginsWith = `${proxy.url} ${proxy.url} git.example git.example \n`;
    const heard = await workspace.run(["backup"], { source: { kind: "command", command, beginsWith } });
    assert.equal(heard.code, 0, heard.stderr);
  });

  it("hides its password in what a program says", async () => {
    workspace.variables["HTTPS_PROXY"] = "http://backup:p%40ssword@proxy.example:3128";
    const command = ["sh", "-c", 'echo "no way by $HTTPS_PROXY, with p@ssword" >&2; exit 1'];
    const run = await workspace.run(["backup"], { source: { kind: "command", command } });
    assert.equal(run.code, 1);
    assert.match(run.result.message, /no way by http:\/\/backup:\[secret\]@proxy\.example:3128, with \[secret\]/);
  });

  it("never asks it for the Kubernetes API", async function () {
    // An address that a proxy would be asked for, unlike this machine's name for itself.
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const address = addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    if (address === undefined) skip(this, "this machine has no network");
    const api = new KubernetesServer(address);
    await api.start();
    try {
      api.documents.set("/version", { gitVersion: "v1.36.3" });
      api.documents.set("/apis", { groups: [] });
      api.documents.set("/api/v1", {
        resources: [{ name: "configmaps", kind: "ConfigMap", namespaced: true, verbs: ["list"] }],
      });
      api.lists.set("/api/v1/configmaps", [{ metadata: { name: "one", namespace: "shop" } }]);
      Object.assign(workspace.variables, api.variables, { HTTP_PROXY: proxy.url, NO_PROXY: "" });
      const run = await workspace.run(["backup"], { source: { kind: "kubernetes-objects" } });
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(proxy.opened, []);
      assert.ok(api.requests.length > 0);
    } finally {
      await api.stop();
    }
  });
});

describe("agent: what is reached directly", () => {
  const names = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];
  const before = names.map((name) => process.env[name]);
  afterEach(() => {
    names.forEach((name, index) => {
      if (before[index] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[index];
    });
  });

  for (const [url, noProxy, byTheProxy] of [
    ["https://127.0.0.1:9000", "", false],
    ["https://[::1]:9000", "", false],
    ["http://169.254.169.254", "", false],
    ["https://localhost", "", false],
    ["https://minio:9000", "", false],
    ["https://store.example", "", true],
    ["http://store.example", "", true],
    ["https://store.example", "other.example,.re.example,ore.example", true],
    ["https://a.store.example", "other.example, store.example", false],
    ["https://store.example", ".store.example", false],
    ["https://a.store.example", "*.store.example", false],
    ["https://store.example", "store.example:444", true],
    ["https://store.example", "store.example:443", false],
    ["http://store.example", "store.example:80", false],
    ["https://STORE.example", "Store.Example", false],
    ["https://store.example", "*", false],
    ["https://203.0.113.7", "203.0.113.0/24", false],
    ["https://203.0.113.7", "203.0.113.7", false],
    ["https://203.0.113.7:9", "203.0.113.7:10,3.7,203.0.113.0/31,10.0.0.0/99,2001:db8::/32", true],
    ["https://[2001:db8::7]", "2001:db8::/32", false],
    ["https://[2001:db8::7]", "2001:db8::7", false],
    ["https://[2001:db8::7]:9", "[2001:db8::7]:9", false],
    ["https://[2001:db8::7]:9", "[2001:db8::7]:8,2001:db8::8", true],
  ] as const)
    it(`${url} with NO_PROXY=${noProxy}: ${byTheProxy ? "by the proxy" : "directly"}`, () => {
      Object.assign(process.env, { HTTPS_PROXY: "http://proxy:1", HTTP_PROXY: "http://proxy:1", NO_PROXY: noProxy });
      assert.equal(proxyOf(new URL(url))?.host, byTheProxy ? "proxy:1" : undefined);
    });
});

/** What a Pushgateway hears. */
async function pushGateway(): Promise<[string[], Server]> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      heard.push(`${String(request.method)} ${String(request.url)} ${body.toString()}`);
      response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return [heard, server];
}
