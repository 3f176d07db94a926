/** Provider keys, against servers that behave as the providers document. */
@NullMarked
package watchword.engines.provider;

import org.jspecify.annotations.NullMarked;
