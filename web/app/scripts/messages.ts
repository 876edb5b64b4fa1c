// Compiles the ICU messages of src/locales when they are built, so that the browser gets no parser of them.
import { compileMessage } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

const CATALOGUE = /\/src\/locales\/\w+\/\w+\.json$/;

export function messages(): Plugin {
  return {
    name: 'headwater-messages',
    enforce: 'pre',
    transform(code, id) {
      if (!CATALOGUE.test(id)) return null;
      const texts: Record<string, string> = JSON.parse(code);
      const compiled = Object.entries(texts).map(([key, text]) => [key, compileMessage(text)]);
      return { code: `export default ${JSON.stringify(Object.fromEntries(compiled))}`, map: null, moduleType: 'js' };
    },
  };
}
