// The English texts, by the part of the interface they stand in. Their keys are the type of all catalogues.
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

export const catalogue = {
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

export type Catalogue = typeof catalogue;
