/** Counters, timings and gauges under the names that Vault's dashboards know, and what counts them. Telling them is {@code sys}. */
@NullMarked
package watchword.core.metric;

import org.jspecify.annotations.NullMarked;
