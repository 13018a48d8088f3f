//! What a set shares with the one that it extends.

use super::*;

/// Nothing but the time to build it tells otherwise.
#[test]
fn what_a_set_extends_is_compiled_again_only_where_settings_ask_for_it() {
    let base = MaskSet::builder().token_prefix("acme-");
    let base = base.secret(Secret::new("BASE", "correct horse")).build();
    let base = base.expect("one secret builds");
    let builder = base.extend().secret(Secret::new("OWN", "abcd1234efgh"));
    let shared = |builder: MaskSetBuilder| {
        let set = builder.build().expect("two secrets build");
        let has_rules = Arc::ptr_eq(set.rules(), base.rules());
        (set.layers().extend(base.layers()), has_rules)
    };
    assert_eq!(shared(builder.clone()), (true, true));
    assert_eq!(shared(builder.clone().mask("***")), (true, true));
    assert_eq!(shared(builder.clone().token_prefix("x-")), (true, false));
    assert_eq!(shared(builder.clone().rules(Rules::NONE)), (true, false));
    assert_eq!(shared(builder.clone().min_length(9)), (false, false));
    assert_eq!(shared(builder.clone().forms(Forms::RAW)), (false, false));
    assert_eq!(shared(builder.allow_repeated(true)), (false, false));
    assert_eq!(shared(base.to_builder()), (false, false));
}
