/** Something outside the program keeps it from starting; the message is Chinese and names the place and the remedy. */
export class StartError extends Error {
  override name = "StartError";
}
