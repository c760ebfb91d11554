//! Reading the model files, and finding the model of a record.

use std::collections::BTreeMap;

use api::policy::Model;
use api::release::ModelState;
use domain::approval::StagePlan;
use domain::policy::{ChangeModel, ChangeType, ReleaseModel};

const RELEASE_FILES: [&str; 3] = [
    include_str!("models/major.toml"),
    include_str!("models/minor.toml"),
    include_str!("models/emergency.toml"),
];
const CHANGE_FILES: [&str; 3] = [
    include_str!("models/change-standard.toml"),
    include_str!("models/change-normal.toml"),
    include_str!("models/change-emergency.toml"),
];

/// The models in force, with the files they come from.
#[derive(Debug, Clone, Default)]
pub struct Models {
    releases: BTreeMap<String, (ReleaseModel, String)>,
    changes: BTreeMap<ChangeType, (ChangeModel, String)>,
}

/// What is wrong with a model file.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// It cannot be read; the message names line and column.
    #[error("a model file cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// It says something that cannot be.
    #[error("model {name}: {source}")]
    Wrong {
        /// Which.
        name: String,
        /// What.
        source: domain::policy::ModelError,
    },
}

impl Models {
    /// The models that are built in.
    pub fn built_in() -> Result<Self, ModelsError> {
        let mut models = Self::default();
        for file in RELEASE_FILES {
            let model: ReleaseModel = toml::from_str(file)?;
            let name = model.name.clone();
            model.check().map_err(|source| ModelsError::Wrong { name: name.clone(), source })?;
            models.releases.insert(name, (model, file.to_owned()));
        }
        for file in CHANGE_FILES {
            let model: ChangeModel = toml::from_str(file)?;
            let name = model.name.word().to_owned();
            model.check().map_err(|source| ModelsError::Wrong { name, source })?;
            models.changes.insert(model.name, (model, file.to_owned()));
        }
        Ok(models)
    }

    /// The model of a release type.
    pub fn release(&self, name: &str) -> Option<&ReleaseModel> {
        self.releases.get(name).map(|(model, _)| model)
    }

    /// The model of a change type.
    pub fn change(&self, change_type: ChangeType) -> &ChangeModel {
        &self.changes.get(&change_type).expect("every change type has a built-in model").0
    }

    /// The names of the release types.
    pub fn release_types(&self) -> Vec<&str> {
        self.releases.keys().map(String::as_str).collect()
    }

    /// The models as pages show them.
    pub fn shown(&self) -> Vec<Model> {
        let releases = self.releases.values().map(|(model, file)| Model {
            kind: "release".to_owned(),
            name: model.name.clone(),
            title: model.title.clone(),
            description: model.description.clone(),
            version: model.version.to_string(),
            states: model.states.iter().map(state).collect(),
            approval: model.approval.iter().map(words).collect(),
            source: file.clone(),
        });
        let changes = self.changes.values().map(|(model, file)| Model {
            kind: "change".to_owned(),
            name: model.name.word().to_owned(),
            title: model.title.clone(),
            description: model.description.clone(),
            version: model.version.to_string(),
            states: Vec::new(),
            approval: model.approval.iter().map(|stage| words(&stage.stage)).collect(),
            source: file.clone(),
        });
        releases.chain(changes).collect()
    }
}

fn state(state: &domain::policy::ModelState) -> ModelState {
    ModelState { name: state.name.clone(), phase: state.phase.word().to_owned() }
}

fn words(stage: &StagePlan) -> String {
    let groups: Vec<&str> = stage.groups.iter().map(|group| group.name.as_str()).collect();
    format!("{}: {}", stage.name, groups.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_models_are_sound_and_every_change_type_has_one() {
        let models = Models::built_in().expect("sound");
        assert_eq!(models.release_types(), ["emergency", "major", "minor"]);
        for change_type in ChangeType::ALL {
            assert!(!models.change(*change_type).approval.is_empty());
        }
    }
}
