import { main } from "./main.js";
import { AzureStore } from "./stores/azure-store.js";
import { FolderStore } from "./stores/folder-store.js";
import { GcsStore } from "./stores/gcs-store.js";
import { S3Store } from "./stores/s3-store.js";

void main(process.argv.slice(2), {
  folder: (store) => new FolderStore(store),
  s3: (store) => new S3Store(store),
  gcs: (store) => new GcsStore(store),
  azure: (store) => new AzureStore(store),
});
