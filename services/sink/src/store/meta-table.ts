import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Single values of the whole database by name, as text; written in the transaction of the caller. */
export class MetaTable {
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT value FROM meta WHERE name = ?');
    this.#set = database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
    this.#delete = database.prepare('DELETE FROM meta WHERE name = ?');
  }

  get(name: string): string | undefined {
    return this.#get.get(name)?.['value'] as string | undefined;
  }

  set(name: string, value: string): void {
    this.#set.run(name, value);
  }

  delete(name: string): void {
    this.#delete.run(name);
  }
}
