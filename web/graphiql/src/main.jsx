import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { givenTab, pathOf } from './objects.js';
import { post, postFromEditor } from './post.js';
import { storage } from './storage.js';
import { fetchExamples, readyMadeTabs } from './tabs.js';

const PLUGINS = [HISTORY_PLUGIN, explorerPlugin()];

function Page({ tabs }) {
  return (
    <GraphiQL
      fetcher={postFromEditor}
      plugins={PLUGINS}
      storage={storage}
      defaultTabs={tabs}
      initialQuery={tabs[0].query}
      initialVariables={tabs[0].variables}
      defaultEditorToolsVisibility="variables"
      isHeadersEditorEnabled={false}
    >
      <GraphiQL.Logo>Headwater</GraphiQL.Logo>
    </GraphiQL>
  );
}

async function show() {
  const found = await fetchExamples(post);
  const tabs = readyMadeTabs(givenTab(window.location), pathOf(window.location), found);
  createRoot(document.getElementById('root')).render(<Page tabs={tabs} />);
}

show().catch(() => {
  document.querySelector('.headwater-message').textContent = 'The service did not answer. Load this page again.';
});
