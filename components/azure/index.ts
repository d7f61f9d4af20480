export { flexibleServerSettings, type FlexibleServerSettings } from "./flexible-server-settings.js";
