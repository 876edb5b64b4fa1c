// Why a file that has arrived cannot be shown.

/** The file is not what its name says, is cut off or damaged. */
export class DamagedFileError extends Error {
  constructor(cause?: unknown) {
    super('The file is damaged.', { cause });
  }
}

/** The file is packed in a way that is not unpacked here. */
export class UnknownPackingError extends Error {
  constructor(readonly packing: string) {
    super(`The file is packed with ${packing}.`);
  }
}

/** What would have to be read or unpacked is more than a preview may take. */
export class TooLargeError extends Error {}
