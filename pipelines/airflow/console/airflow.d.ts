// What a page of Airflow gives to a plugin, of Airflow's own versions, and the one thing that the plugin gives back.
declare global {
  // deno-lint-ignore no-explicit-any
  var React: any;
  // deno-lint-ignore no-explicit-any
  var ChakraUI: any;
  // deno-lint-ignore no-explicit-any
  var ReactRouterDOM: any;
  var Desk: unknown;
}
export {};
