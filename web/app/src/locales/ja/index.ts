// The Japanese texts. Words are those that users of the SDK know: run, artifact, エイリアス, リネージ.
import type { Catalogue } from '../en/index.ts';
import artifacts from './artifacts.json';
import deletion from './deletion.json';
import entity from './entity.json';
import home from './home.json';
import lineage from './lineage.json';
import project from './project.json';
import registry from './registry.json';
import runs from './runs.json';
import settings from './settings.json';
import shell from './shell.json';

export const catalogue: Catalogue = {
  ...artifacts,
  ...deletion,
  ...entity,
  ...home,
  ...lineage,
  ...project,
  ...registry,
  ...runs,
  ...settings,
  ...shell,
};
