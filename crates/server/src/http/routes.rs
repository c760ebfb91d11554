//! One registration per route serves both the router and the `OpenAPI` document.

use std::collections::BTreeMap;

use api::problem::Problem;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension};
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, RefOr,
    Required, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use crate::http::App;
use crate::http::body::must_say_version;
use crate::http::parameters::Known;
use crate::http::signed::COOKIE;

/// The prefix of every path of the interface.
const PREFIX: &str = "/api/v1";

/// The routes so far, and their description.
pub struct Routes {
    router: Router<App>,
    paths: Option<PathsBuilder>,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// One route: method, path, what it does, and the handler.
pub struct Operation<'a> {
    /// GET, POST, PUT, PATCH or DELETE.
    pub method: HttpMethod,
    /// Under the prefix, such as `/changes/{id}`.
    pub path: &'a str,
    /// What it does, in a sentence.
    pub summary: &'a str,
    /// The parameters of the query, comma separated.
    pub query: &'a str,
}

impl Default for Routes {
    fn default() -> Self {
        let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
        Problem::schemas(&mut schemas);
        Self { router: Router::new(), paths: Some(PathsBuilder::new()), schemas }
    }
}

impl Routes {
    /// Registers a read that answers `A`. `query` names its parameters, comma separated.
    #[must_use]
    pub fn get<A: ToSchema, H: Handler<T, App>, T: 'static>(
        self,
        path: &str,
        summary: &str,
        query: &str,
        handler: H,
    ) -> Self {
        let operation = Operation { method: HttpMethod::Get, path, summary, query };
        self.add::<A, H, T>(&operation, None, handler)
    }

    /// Registers a read that streams server-sent events, each of which carries an `A`.
    #[must_use]
    pub fn stream<A: ToSchema, H: Handler<T, App>, T: 'static>(
        self,
        path: &str,
        summary: &str,
        query: &str,
        handler: H,
    ) -> Self {
        let operation = Operation { method: HttpMethod::Get, path, summary, query };
        self.add_as::<A, H, T>("text/event-stream", &operation, None, handler)
    }

    /// Registers a read that answers with a file of lines, each of which is an `A`. `kinds` names
    /// the kinds of content that it may have, separated by commas.
    #[must_use]
    pub fn file<A: ToSchema, H: Handler<T, App>, T: 'static>(
        self,
        kinds: &str,
        path: &str,
        summary: &str,
        query: &str,
        handler: H,
    ) -> Self {
        let operation = Operation { method: HttpMethod::Get, path, summary, query };
        self.add_as::<A, H, T>(kinds, &operation, None, handler)
    }

    /// Registers a write of a file of at most `bytes` that answers with lines, each of which is
    /// an `A`.
    #[must_use]
    pub fn upload<A: ToSchema, H: Handler<T, App>, T: 'static>(
        mut self,
        path: &str,
        summary: &str,
        query: &str,
        bytes: usize,
        handler: H,
    ) -> Self {
        let operation = Operation { method: HttpMethod::Post, path, summary, query };
        let file = ObjectBuilder::new().schema_type(Type::String).build().into();
        let file = Some(body("text/csv", file));
        let described = self.describe::<A>("application/x-ndjson", &operation, file);
        self.route(&operation, described, handler.layer(DefaultBodyLimit::max(bytes)))
    }

    /// Registers the check of a document `B` of at most `bytes`, which answers `A`.
    #[must_use]
    pub fn check<B: ToSchema, A: ToSchema, H: Handler<T, App>, T: 'static>(
        mut self,
        path: &str,
        summary: &str,
        bytes: usize,
        handler: H,
    ) -> Self {
        let document = body("application/json", self.reference::<B>());
        let operation = Operation { method: HttpMethod::Post, path, summary, query: "" };
        let described = self.describe::<A>("application/json", &operation, Some(document));
        self.route(&operation, described, handler.layer(DefaultBodyLimit::max(bytes)))
    }

    /// Registers a write with body `B` that answers `A`.
    #[must_use]
    pub fn write<B: ToSchema, A: ToSchema, H: Handler<T, App>, T: 'static>(
        mut self,
        method: HttpMethod,
        path: &str,
        summary: &str,
        handler: H,
    ) -> Self {
        let body = self.reference::<B>();
        let operation = Operation { method, path, summary, query: "" };
        self.add::<A, H, T>(&operation, Some(body), handler)
    }

    /// Registers a write without body that answers `A`.
    #[must_use]
    pub fn bare<A: ToSchema, H: Handler<T, App>, T: 'static>(
        self,
        method: HttpMethod,
        path: &str,
        summary: &str,
        handler: H,
    ) -> Self {
        let operation = Operation { method, path, summary, query: "" };
        self.add::<A, H, T>(&operation, None, handler)
    }

    fn add<A: ToSchema, H: Handler<T, App>, T: 'static>(
        self,
        operation: &Operation<'_>,
        body: Option<RefOr<Schema>>,
        handler: H,
    ) -> Self {
        self.add_as::<A, H, T>("application/json", operation, body, handler)
    }

    fn add_as<A: ToSchema, H: Handler<T, App>, T: 'static>(
        mut self,
        kind: &str,
        operation: &Operation<'_>,
        body: Option<RefOr<Schema>>,
        handler: H,
    ) -> Self {
        let body = body.map(|schema| self::body("application/json", schema));
        let described = self.describe::<A>(kind, operation, body);
        self.route(operation, described, handler)
    }

    fn route<H: Handler<T, App>, T: 'static>(
        mut self,
        operation: &Operation<'_>,
        described: utoipa::openapi::path::Operation,
        handler: H,
    ) -> Self {
        let item = PathItem::new(operation.method.clone(), described);
        let full = format!("{PREFIX}{}", operation.path);
        self.paths = self.paths.map(|paths| paths.path(&full, item));
        let known = Extension(Known::of(operation.query));
        let method = on(filter(&operation.method), handler).route_layer(known);
        self.router = self.router.route(&full, method);
        self
    }

    fn describe<A: ToSchema>(
        &mut self,
        kind: &str,
        operation: &Operation<'_>,
        body: Option<RequestBody>,
    ) -> utoipa::openapi::path::Operation {
        let answer = json(kind, "what was asked for", self.reference::<A>());
        let problem =
            json("application/problem+json", "a problem (RFC 9457)", self.reference::<Problem>());
        let mut builder = OperationBuilder::new()
            .summary(Some(operation.summary))
            .response("200", answer)
            .response("default", problem);
        for name in operation.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            builder = builder.parameter(parameter(name, ParameterIn::Path));
        }
        for name in Known::of(operation.query).names() {
            builder = builder.parameter(parameter(name, ParameterIn::Query));
        }
        if operation.method != HttpMethod::Get {
            builder = builder.parameter(parameter("Idempotency-Key", ParameterIn::Header));
            let mut seen = parameter("If-Match", ParameterIn::Header);
            let post = operation.method == HttpMethod::Post;
            if !post && must_say_version(operation.path) {
                seen.required = Required::True;
            }
            builder = builder.parameter(seen);
        }
        builder.request_body(body).build()
    }

    fn reference<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        let name = schema_name::<T>();
        if name == "TupleUnit" || name == "()" {
            return T::schema();
        }
        self.schemas.push((name.clone(), T::schema()));
        RefOr::Ref(utoipa::openapi::Ref::from_schema_name(name))
    }

    /// The router and the document.
    pub fn finish(self) -> (Router<App>, OpenApi) {
        let mut known: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
        for (name, schema) in self.schemas {
            let same = known.get(&name).is_none_or(|other| *other == schema);
            assert!(same, "two wire types are called {name}: the description would hold one");
            known.insert(name, schema);
        }
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let session = ApiKey::Cookie(ApiKeyValue::new(COOKIE));
        let components = ComponentsBuilder::new()
            .schemas_from_iter(known)
            .security_scheme("token", SecurityScheme::Http(token))
            .security_scheme("session", SecurityScheme::ApiKey(session));
        let either = ["token", "session"].map(|name| SecurityRequirement::new(name, [""; 0]));
        let info = InfoBuilder::new()
            .title("Interlock")
            .version("1")
            .description(Some("Change and release management: one record from plan to proof."))
            .build();
        let document = OpenApiBuilder::new()
            .info(info)
            .paths(self.paths.unwrap_or_default().build())
            .components(Some(components.build()))
            .security(Some(either))
            .build();
        (self.router, document)
    }
}

/// A name for each type: all pages of lists are one generic type and would share its name.
fn schema_name<T: ToSchema>() -> String {
    let full = std::any::type_name::<T>();
    let Some((_, inner)) = full.trim_end_matches('>').split_once('<') else {
        return T::name().into_owned();
    };
    format!("{}Of{}", T::name(), inner.rsplit("::").next().unwrap_or(inner))
}

/// A body of one kind of content.
fn body(kind: &str, schema: RefOr<Schema>) -> RequestBody {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    RequestBodyBuilder::new().content(kind, content).required(Some(Required::True)).build()
}

/// An answer of one kind of content, or of one of several, separated by commas.
fn json(kinds: &str, description: &str, schema: RefOr<Schema>) -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description(description);
    let with = |response: ResponseBuilder, kind: &str| response.content(kind, content.clone());
    kinds.split(',').fold(response, with).build()
}

fn parameter(name: &str, place: ParameterIn) -> utoipa::openapi::path::Parameter {
    let required = if place == ParameterIn::Path { Required::True } else { Required::False };
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .schema(Some(text))
        .build()
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Delete => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}
