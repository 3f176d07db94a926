/** What tokens are for: the runs of pipelines, as signed claims name them, what they hold, and their end. */
@NullMarked
package watchword.core.run;

import org.jspecify.annotations.NullMarked;
