//! What draws. Nothing here fetches; everything is given.

pub mod address;
pub mod alert;
pub mod dialog;
pub mod ending;
pub mod field;
pub mod icon;
pub mod load_view;
pub mod masked;
pub mod menu;
pub mod protection;
pub mod table;
pub mod tabs;
