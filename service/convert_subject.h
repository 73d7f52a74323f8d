// What is kept of a subject, as the wire shows it to that subject. Pure functions; each fills an empty
// message.
#ifndef BAUTA_SERVICE_CONVERT_SUBJECT_H_
#define BAUTA_SERVICE_CONVERT_SUBJECT_H_

#include "absl/time/time.h"
#include "bauta/v1/consent.pb.h"
#include "bauta/v1/dismissal.pb.h"
#include "bauta/v1/interaction_service.pb.h"
#include "bauta/v1/relation.pb.h"
#include "bauta/v1/signal.pb.h"
#include "bauta/v1/subject_service.pb.h"
#include "featurestore/records/dismissal.h"
#include "featurestore/records/head.h"
#include "featurestore/records/interaction.h"
#include "featurestore/store/feature_store.h"
#include "privacy/consent.h"
#include "privacy/policy.h"
#include "service/surfaces.h"

namespace bauta {

// `now` and `policy` decide what of it has effect.
void WriteConsent(const ConsentState& consent, const PolicyHistory& policy, absl::Time now,
                  v1::Consent& message);
void WritePreferences(const Preferences& preferences, v1::Preferences& message);
void WriteRelation(const Relation& relation, v1::Relation& message);
void WriteDismissal(const Dismissal& dismissal, v1::Dismissal& message);
void WriteReason(const DismissalRule& rule, v1::ReasonOption& message);

// The surface's name is empty where the configuration no longer declares it.
void WriteInteraction(const Interaction& interaction, const Surfaces& surfaces,
                      v1::StoredInteraction& message);
void WriteState(const PostState& state, const Surfaces& surfaces, v1::StoredInteraction& message);
void WriteImpression(const Impression& impression, const Surfaces& surfaces, v1::StoredImpression& message);

void WriteObservations(const HeadObserved& observed, v1::ExportObservations& message);
void WriteReceipt(const ErasureReceipt& receipt, v1::ErasureReceipt& message);

}  // namespace bauta

#endif  // BAUTA_SERVICE_CONVERT_SUBJECT_H_
