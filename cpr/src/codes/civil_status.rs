use super::codes;

codes! {
    /// Civil status (*civilstand*).
    pub enum CivilStatus {
        /// `U`
        Unmarried = "U", "Ugift";
        /// `G`
        Married = "G", "Gift";
        /// `F`
        Divorced = "F", "Fraskilt";
        /// `E`
        Widowed = "E", "Enke/enkemand";
        /// `P`
        RegisteredPartner = "P", "Registreret partner";
        /// `O`
        DissolvedPartnership = "O", "Ophævet partnerskab";
        /// `L`
        SurvivingPartner = "L", "Længstlevende partner";
        /// `D`
        Dead = "D", "Død";
    }
}
