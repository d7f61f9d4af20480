import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GcsAgentStore } from "../../../components/model/agent-config.js";
import { LocalServer } from "./local-server.js";

/** What the server tells about one object. */
export interface GcsObjectInfo {
  readonly name: string;
  readonly size: string;
  readonly customTime: string;
  readonly retention?: { readonly mode: string; readonly retainUntilTime: string };
}

/** fake-gcs-server of this test run. It checks no credentials and enforces no retention. */
export class GcsServer extends LocalServer {
  /** A service account's key whose private half is new; it signs tokens without asking anybody. */
  readonly credentialsFile = join(this.folder, "credentials.json");

  async start(): Promise<void> {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = {
      type: "service_account",
      client_email: "agent@project.iam.gserviceaccount.com",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      private_key_id: "1",
      project_id: "project",
    };
    writeFileSync(this.credentialsFile, JSON.stringify(key));
    const data = join(this.folder, "data");
    await this.run(
      "fake-gcs-server",
      (port) => ["-scheme", "http", "-host", "127.0.0.1", "-port", String(port), "-filesystem-root", data],
      {},
      async () => {
        const body = JSON.stringify({ name: "backups" });
        const made = await fetch(`${this.endpoint}/storage/v1/b?project=project`, { method: "POST", body });
        if (!made.ok) throw new Error(await made.text());
      },
    );
  }

  store(changes: Partial<GcsAgentStore> = {}): GcsAgentStore {
    const { endpoint, credentialsFile } = this;
    return { kind: "gcs", name: "offsite", bucket: "backups", endpoint, credentialsFile, ...changes };
  }

  /** Every object whose name begins so. */
  async objects(prefix: string): Promise<readonly GcsObjectInfo[]> {
    const query = new URLSearchParams({ prefix });
    const listed = await fetch(`${this.endpoint}/storage/v1/b/backups/o?${query.toString()}`);
    return ((await listed.json()) as { items?: GcsObjectInfo[] }).items ?? [];
  }

  async remove(name: string): Promise<void> {
    await fetch(`${this.endpoint}/storage/v1/b/backups/o/${encodeURIComponent(name)}`, { method: "DELETE" });
  }
}
