export { Engine } from './engine.ts';
export { parseWindows } from './parse-windows.ts';
export type {
  EmitMode,
  EngineSettings,
  WindowDefinition,
  WindowKind,
  WindowResult,
} from './types.ts';
export { windowName } from './window-name.ts';
