import {
  commentsOf,
  type DescEnum,
  type DescFile,
  type DescMessage,
  type DescService,
  type Located,
  locationOf,
  packageCommentOf,
} from '../descriptor/index.js';
import type { Location } from '../diagnostic/index.js';

/** Something that is declared in a file. */
export interface Element {
  /** "shop.catalog.v1.Product.name" */
  readonly name: string;
  /** What is written beside it, before and behind. */
  readonly comments: string;
  readonly location: Location;
  /** What it is declared in; undefined for a file. */
  readonly parent: Element | undefined;
}

/** Elements of files by where they are declared; a file is walked when it is first asked about. */
export interface Elements {
  at(location: Location): Element | undefined;
  in(file: string): readonly Element[];
}

export function elementsOf(files: readonly DescFile[]): Elements {
  const byName = new Map(files.map((file) => [file.proto.name, file]));
  const walked = new Map<string, readonly Element[]>();
  const inFile = (name: string): readonly Element[] => {
    const known = walked.get(name);
    if (known !== undefined) return known;
    const file = byName.get(name);
    const elements = file === undefined ? [] : elementsIn(file);
    walked.set(name, elements);
    return elements;
  };
  return {
    in: inFile,
    at: ({ file, line, column }) =>
      line === 0
        ? undefined
        : inFile(file).find(({ location }) => location.line === line && location.column === column),
  };
}

function elementsIn(file: DescFile): readonly Element[] {
  const found: Element[] = [];
  const add = (desc: Located, name: string, parent: Element | undefined): Element => {
    const comments = desc.kind === 'file' ? packageCommentOf(desc) : commentsOf(desc);
    const location = desc.kind === 'file' ? { file: file.proto.name, line: 0, column: 0 } : locationOf(desc);
    const element = { name, comments, location, parent };
    found.push(element);
    return element;
  };
  const addService = (service: DescService, parent: Element): void => {
    const own = add(service, service.typeName, parent);
    for (const method of service.methods) add(method, `${own.name}.${method.name}`, own);
  };
  const addEnum = (desc: DescEnum, parent: Element): void => {
    const own = add(desc, desc.typeName, parent);
    for (const value of desc.values) add(value, `${own.name}.${value.name}`, own);
  };
  const addMessage = (message: DescMessage, parent: Element): void => {
    const own = add(message, message.typeName, parent);
    for (const field of message.fields) add(field, `${own.name}.${field.name}`, own);
    for (const nested of message.nestedMessages) addMessage(nested, own);
    for (const nested of message.nestedEnums) addEnum(nested, own);
  };
  const whole = add(file, file.proto.name, undefined);
  for (const service of file.services) addService(service, whole);
  for (const message of file.messages) addMessage(message, whole);
  for (const desc of file.enums) addEnum(desc, whole);
  return found;
}
