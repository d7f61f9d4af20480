export { cloudSqlSettings, type CloudSqlSettings } from "./cloud-sql-settings.js";
