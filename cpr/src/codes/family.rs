use super::codes;

codes! {
    /// How a row of the family service is related to the person asked for (*familierelation til hovedpersonen*). The
    /// code is the Danish word itself.
    pub enum FamilyRelation {
        /// Father.
        Father = "Far", "Far";
        /// Mother.
        Mother = "Mor", "Mor";
        /// Child.
        Child = "Barn", "Barn";
        /// Spouse or registered partner.
        Spouse = "Ægtefælle", "Ægtefælle";
        /// Any other relation.
        Other = "Andet", "Andet";
    }
}

codes! {
    /// Who holds custody of a child (*forældremyndighed*). CPR Services writes five digits, the records four.
    pub enum CustodyHolder {
        /// The mother.
        Mother = "00003", "Mor";
        /// The father.
        Father = "00004", "Far";
        /// Another holder, the first.
        OtherFirst = "00005", "Anden indehaver";
        /// Another holder, the second.
        OtherSecond = "00006", "Anden indehaver";
    }
}
