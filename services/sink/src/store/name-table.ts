import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Names as small integers, kept in a table `(id, name)` and mirrored in memory, where every record looks. */
export class NameTable {
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #table: 'symbols' | 'windows';
  readonly #insert: StatementSync;
  readonly #all: StatementSync;
  readonly #remove: StatementSync;
  readonly #clear: StatementSync;

  constructor(database: DatabaseSync, table: 'symbols' | 'windows') {
    this.#table = table;
    this.#insert = database.prepare(`INSERT INTO ${table} (name) VALUES (?)`);
    this.#all = database.prepare(`SELECT id, name FROM ${table}`);
    this.#remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
    this.#clear = database.prepare(`DELETE FROM ${table}`);
    this.reload();
  }

  /** The id of a name; a new name is written in the open transaction. */
  idOf(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = Number(this.#insert.run(name).lastInsertRowid);
    this.#ids.set(name, id);
    this.#names.set(id, name);
    return id;
  }

  find(name: string): number | undefined {
    return this.#ids.get(name);
  }

  nameOf(id: number): string {
    const name = this.#names.get(id);
    if (name === undefined)
      throw new Error(`no such id in ${this.#table}: ${id}, wanted one of ${this.#names.size}`);
    return name;
  }

  ids(): number[] {
    return [...this.#names.keys()];
  }

  names(): string[] {
    return [...this.#ids.keys()];
  }

  /** Forgets a name, in the open transaction. */
  remove(id: number): void {
    this.#remove.run(id);
    this.#ids.delete(this.nameOf(id));
    this.#names.delete(id);
  }

  clear(): void {
    this.#clear.run();
    this.reload();
  }

  /** Reads the table anew, after it changed under the mirror: a roll-back. */
  reload(): void {
    this.#ids.clear();
    this.#names.clear();
    for (const row of this.#all.all()) {
      this.#ids.set(String(row['name']), Number(row['id']));
      this.#names.set(Number(row['id']), String(row['name']));
    }
  }
}
