//! Risk: evidence to points to a tier, with each factor's contribution shown.
//!
//! What each factor adds under which evidence is policy, and arrives as a fact.

use serde::{Deserialize, Serialize};

use crate::vocabulary::{Tier, words};

/// The end of the scale.
pub const POINTS_MAX: u32 = 100;
/// The factor that a bundle adds.
pub const BUNDLE: &str = "bundle";

words! {
    /// What customers meet.
    CustomerImpact {
        /// Nothing.
        None = "none",
        /// Slower, or in part.
        Degraded = "degraded",
        /// An outage.
        Outage = "outage",
    }
}

/// What one factor added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Which.
    pub name: String,
    /// Points added.
    pub points: u32,
    /// The most it can add.
    pub points_max: u32,
    /// The evidence in words.
    pub evidence: String,
}

/// Points, the tier they mean, and where they come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The tier.
    pub tier: Tier,
    /// 0 to 100.
    pub points: u32,
    /// What each factor added.
    pub factors: Vec<Factor>,
}

/// How points become a tier, and how the changes of a bundle add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// The points from which each tier begins; the first begins at 0.
    pub tiers: Vec<(u32, Tier)>,
    /// Points for each change of a bundle beyond the riskiest.
    pub bundle_points: u32,
    /// The most points that these add.
    pub bundle_points_max: u32,
}

impl Scale {
    /// The tier of points.
    pub fn tier(&self, points: u32) -> Tier {
        let reached = self.tiers.iter().filter(|(from, _)| points >= *from);
        reached.max_by_key(|(from, _)| *from).map_or(Tier::Low, |(_, tier)| *tier)
    }

    /// What is wrong with it, if anything: a higher tier begins at more points.
    pub fn flaw(&self) -> Option<String> {
        let begins = |tier: &Tier| self.tiers.iter().find(|(_, named)| named == tier);
        let mut before = None;
        for tier in Tier::ALL {
            let Some((from, _)) = begins(tier) else {
                return Some(format!("the tier {tier} has no points from which it begins"));
            };
            match before {
                None if *from > 0 => return Some(format!("the tier {tier} must begin at 0")),
                Some(points) if points >= *from => {
                    return Some(format!("the tier {tier} must begin above {points} points"));
                }
                _ => before = Some(*from),
            }
        }
        None
    }
}

/// Adds up what each factor added.
pub fn assess(factors: Vec<Factor>, scale: &Scale) -> Assessment {
    let points = factors.iter().map(|factor| factor.points).sum::<u32>().min(POINTS_MAX);
    Assessment { tier: scale.tier(points), points, factors }
}

/// The combined risk of a bundle: that of its riskiest change, and some points for each further
/// change, since more can go wrong together.
pub fn combine(changes: &[Assessment], scale: &Scale) -> Assessment {
    let Some(riskiest) = changes.iter().max_by_key(|assessment| assessment.points) else {
        return assess(Vec::new(), scale);
    };
    let further = u32::try_from(changes.len() - 1).unwrap_or(u32::MAX);
    let mut factors = riskiest.factors.clone();
    factors.push(Factor {
        name: BUNDLE.to_owned(),
        points: further.saturating_mul(scale.bundle_points).min(scale.bundle_points_max),
        points_max: scale.bundle_points_max,
        evidence: format!("{} changes travel together", changes.len()),
    });
    assess(factors, scale)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The scale that the other rules are tested with.
    pub(crate) fn scale() -> Scale {
        let tiers =
            vec![(0, Tier::Low), (30, Tier::Moderate), (55, Tier::High), (75, Tier::VeryHigh)];
        Scale { tiers, bundle_points: 5, bundle_points_max: 20 }
    }

    fn factor(points: u32) -> Factor {
        Factor { name: "test".to_owned(), points, points_max: 100, evidence: String::new() }
    }

    #[test]
    fn points_add_up_to_a_tier_and_never_past_the_end_of_the_scale() {
        let tier = |points: &[u32]| {
            let assessed = assess(points.iter().map(|points| factor(*points)).collect(), &scale());
            (assessed.points, assessed.tier)
        };
        assert_eq!(tier(&[]), (0, Tier::Low));
        assert_eq!(tier(&[20, 9]), (29, Tier::Low));
        assert_eq!(tier(&[20, 10]), (30, Tier::Moderate));
        assert_eq!(tier(&[74, 1]), (75, Tier::VeryHigh));
        assert_eq!(tier(&[90, 90]), (100, Tier::VeryHigh));
    }

    #[test]
    fn a_bundle_is_riskier_than_its_riskiest_change() {
        let one = assess(vec![factor(25)], &scale());
        let combined = combine(&[one.clone(), one.clone(), one.clone()], &scale());
        assert_eq!(combined.points, one.points + 10);
        assert_eq!(combine(std::slice::from_ref(&one), &scale()).points, one.points);
    }

    #[test]
    fn a_scale_begins_at_nothing_and_rises() {
        assert_eq!(scale().flaw(), None);
        let mut falling = scale();
        falling.tiers[2].0 = 30;
        assert!(falling.flaw().expect("a flaw").contains("high must begin above 30"));
        falling.tiers.remove(0);
        assert!(falling.flaw().expect("a flaw").contains("low has no points"));
    }
}
