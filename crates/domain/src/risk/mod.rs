//! Risk: evidence to points to a tier, with each factor's contribution shown.
//!
//! The weights are ours and are stated here; each factor has a maximum, the maxima add up to 100.

use serde::{Deserialize, Serialize};

use crate::vocabulary::{Environment, Tier, words};

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

words! {
    /// What adds to the points.
    FactorName {
        /// The most critical CI or service touched.
        Criticality = "criticality",
        /// How many CIs depend on those touched.
        Dependants = "dependants",
        /// Where it happens.
        Environment = "environment",
        /// What customers meet.
        CustomerImpact = "customer_impact",
        /// Whether it can be taken back.
        Rollback = "rollback",
        /// How much travels together.
        Bundle = "bundle",
    }
}

/// What one factor added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Which.
    pub name: FactorName,
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

/// The evidence about a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// 1 (most critical) to 4; the lowest number among CIs and services touched.
    pub criticality: Option<u8>,
    /// CIs that depend on those touched, directly or through one other.
    pub dependants: usize,
    /// Where.
    pub environment: Environment,
    /// What customers meet.
    pub customer_impact: Option<CustomerImpact>,
    /// Whether there is a backout plan.
    pub has_backout: bool,
    /// Whether its minutes are known.
    pub has_minutes: bool,
    /// Whether something cannot be undone.
    pub irreversible: bool,
}

/// Points from which a tier begins.
const TIERS: [(u32, Tier); 4] =
    [(0, Tier::Low), (30, Tier::Moderate), (55, Tier::High), (75, Tier::VeryHigh)];

/// The tier of points.
pub fn tier(points: u32) -> Tier {
    TIERS.iter().rev().find(|(from, _)| points >= *from).map_or(Tier::Low, |(_, tier)| *tier)
}

/// Assesses a change.
pub fn assess(evidence: &Evidence) -> Assessment {
    let factors = vec![
        criticality(evidence.criticality),
        dependants(evidence.dependants),
        environment(evidence.environment),
        impact(evidence.customer_impact),
        rollback(evidence),
    ];
    of_factors(factors)
}

/// The combined risk of a bundle: that of its riskiest change, and five points for each further
/// change, at most twenty, since more can go wrong together.
pub fn combine(changes: &[Assessment]) -> Assessment {
    let Some(riskiest) = changes.iter().max_by_key(|assessment| assessment.points) else {
        return of_factors(Vec::new());
    };
    let further = u32::try_from(changes.len() - 1).unwrap_or(u32::MAX);
    let mut factors = riskiest.factors.clone();
    factors.push(Factor {
        name: FactorName::Bundle,
        points: further.saturating_mul(5).min(20),
        points_max: 20,
        evidence: format!("{} changes travel together", changes.len()),
    });
    of_factors(factors)
}

fn of_factors(factors: Vec<Factor>) -> Assessment {
    let points = factors.iter().map(|factor| factor.points).sum::<u32>().min(100);
    Assessment { tier: tier(points), points, factors }
}

fn factor(name: FactorName, points: u32, points_max: u32, evidence: impl Into<String>) -> Factor {
    Factor { name, points, points_max, evidence: evidence.into() }
}

fn criticality(level: Option<u8>) -> Factor {
    let points = match level {
        Some(0 | 1) => 35,
        Some(2) => 25,
        Some(3) => 10,
        Some(_) => 0,
        None => 20,
    };
    let evidence = level
        .map_or("no CI or service is named, so it is not known".to_owned(), |level| {
            format!("the most critical CI or service touched is of level {level}")
        });
    factor(FactorName::Criticality, points, 35, evidence)
}

fn dependants(count: usize) -> Factor {
    let points = match count {
        0 => 0,
        1..=2 => 5,
        3..=9 => 10,
        _ => 20,
    };
    let evidence = format!("{count} CIs depend on those touched");
    factor(FactorName::Dependants, points, 20, evidence)
}

fn environment(environment: Environment) -> Factor {
    let points = match environment {
        Environment::Production => 15,
        Environment::Staging => 5,
        Environment::Test | Environment::Development => 0,
    };
    factor(FactorName::Environment, points, 15, format!("it happens in {environment}"))
}

fn impact(impact: Option<CustomerImpact>) -> Factor {
    let (points, evidence) = match impact {
        Some(CustomerImpact::Outage) => (20, "customers meet an outage"),
        Some(CustomerImpact::Degraded) => (10, "customers meet a degraded service"),
        Some(CustomerImpact::None) => (0, "customers meet nothing"),
        None => (10, "what customers meet is not said"),
    };
    factor(FactorName::CustomerImpact, points, 20, evidence)
}

fn rollback(evidence: &Evidence) -> Factor {
    let (points, words) = if !evidence.has_backout {
        (10, "there is no backout plan")
    } else if evidence.irreversible {
        (10, "something cannot be undone")
    } else if !evidence.has_minutes {
        (5, "how long the backout takes is not known")
    } else {
        (0, "the backout is planned and timed")
    };
    factor(FactorName::Rollback, points, 10, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        Evidence {
            criticality: Some(4),
            dependants: 0,
            environment: Environment::Test,
            customer_impact: Some(CustomerImpact::None),
            has_backout: true,
            has_minutes: true,
            irreversible: false,
        }
    }

    #[test]
    fn a_prepared_change_to_a_minor_ci_in_test_is_low() {
        let assessment = assess(&evidence());
        assert_eq!((assessment.points, assessment.tier), (0, Tier::Low));
    }

    #[test]
    fn the_worst_of_everything_is_very_high_and_full() {
        let worst = Evidence {
            criticality: Some(1),
            dependants: 40,
            environment: Environment::Production,
            customer_impact: Some(CustomerImpact::Outage),
            has_backout: false,
            ..evidence()
        };
        let assessment = assess(&worst);
        assert_eq!((assessment.points, assessment.tier), (100, Tier::VeryHigh));
    }

    #[test]
    fn every_factor_shows_what_it_added() {
        let assessment = assess(&Evidence { criticality: Some(2), dependants: 3, ..evidence() });
        let added: Vec<u32> = assessment.factors.iter().map(|factor| factor.points).collect();
        assert_eq!((added, assessment.tier), (vec![25, 10, 0, 0, 0], Tier::Moderate));
    }

    #[test]
    fn a_bundle_is_riskier_than_its_riskiest_change() {
        let one = assess(&Evidence { criticality: Some(2), ..evidence() });
        let combined = combine(&[one.clone(), one.clone(), one.clone()]);
        assert_eq!(combined.points, one.points + 10);
        assert_eq!(combine(std::slice::from_ref(&one)).points, one.points);
    }
}
