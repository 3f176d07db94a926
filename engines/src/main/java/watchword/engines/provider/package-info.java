/**
 * Keys of AI services, made and ended by their own admin APIs. What such an API is like stands in one YAML file ({@link
 * watchword.engines.provider.Definition}); nothing here knows any of them by name. A key that is kept is replaced so that a working one is
 * there at all times and none is left that nobody knows ({@link watchword.engines.provider.Replacement}).
 */
@NullMarked
package watchword.engines.provider;

import org.jspecify.annotations.NullMarked;
