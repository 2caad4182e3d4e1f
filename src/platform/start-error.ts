/** Why the program cannot start; the message is Chinese and names place and remedy. */
export class StartError extends Error {
  override readonly name = "StartError";
}
