#include "service/convert_training.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "service/convert_enum.h"

namespace bauta {
namespace {

bool OlderFirst(const Interaction& a, const Interaction& b) { return a.hour < b.hour; }

template <class Element>
void KeepNewest(std::vector<Element>& oldest_first, size_t size_max) {
  if (oldest_first.size() <= size_max) return;
  oldest_first.erase(oldest_first.begin(), oldest_first.end() - static_cast<std::ptrdiff_t>(size_max));
}

void WriteEvents(const LearnableRow& row, const LearningBan& ban, v1::TrainingRow& message) {
  std::vector<Interaction> events;
  std::vector<Interaction> searches;
  events.reserve(row.interactions.size() + row.states.size());
  for (const Interaction& interaction : row.interactions) {
    if (interaction.kind == SignalKind::kSearch) {
      if (!ban.topics.contains(interaction.topic)) searches.push_back(interaction);
    } else if (!ban.posts.contains(interaction.post)) {
      events.push_back(interaction);
    }
  }
  for (const PostState& state : row.states) {
    if (ban.posts.contains(state.post)) continue;
    events.push_back({.post = state.post,
                      .topic = TopicId(),
                      .kind = state.kind,
                      .surface = state.surface,
                      .strength = 0,
                      .hour = state.hour});
  }
  std::stable_sort(events.begin(), events.end(), OlderFirst);
  std::stable_sort(searches.begin(), searches.end(), OlderFirst);
  KeepNewest(events, kTrainingEventsMax);
  KeepNewest(searches, kTrainingSearchesMax);
  for (const Interaction& event : events) {
    message.add_post_ids(event.post.value());
    message.add_kinds(ToProto(event.kind));
    message.add_strengths(event.strength);
    message.add_hours(event.hour.value());
  }
  for (const Interaction& search : searches) {
    message.add_searched_topic_ids(search.topic.value());
    message.add_searched_hours(search.hour.value());
  }
}

void WriteLesson(const Dismissal& lesson, const LearningBan& ban, v1::TrainingRow& message) {
  if (ban.posts.contains(lesson.post)) return;
  v1::TrainingDismissal written;
  for (TopicId topic : lesson.topics) {
    if (!ban.topics.contains(topic)) written.add_topic_ids(topic.value());
  }
  if (!lesson.topics.empty() && written.topic_ids().empty()) return;
  written.set_reason(ToProto(lesson.reason));
  written.set_post_id(lesson.post.value());
  if (lesson.author != AuthorCode()) written.set_author_code(std::string(lesson.author.view()));
  written.set_hour(lesson.hour.value());
  written.set_repeat_count(lesson.repeats);
  message.add_dismissals()->Swap(&written);
}

}  // namespace

bool LearningBan::Carries(const Post& post) const {
  return std::any_of(post.topics.begin(), post.topics.end(),
                     [this](TopicId topic) { return topics.contains(topic); });
}

void WriteTrainingPost(const Post& post, v1::TrainingPost& message) {
  message.set_post_id(post.id.value());
  message.set_author_code(std::string(post.author.view()));
  for (TopicId topic : post.topics) message.add_topic_ids(topic.value());
  message.set_kind(ToProto(post.kind));
  message.set_language(post.language.ToString());
  if (post.country) message.set_country(post.country->ToString());
  if (post.city) message.set_city_id(post.city->value());
  message.set_create_hour(Hour::Floor(post.create_time).value());
  message.mutable_content_vector()->Add(post.content.begin(), post.content.end());
  message.set_advertisement(post.advertisement);
}

void WriteTrainingRow(const LearnableRow& row, const LearningBan& ban, v1::TrainingRow& message) {
  WriteEvents(row, ban, message);
  for (const Dismissal& lesson : row.lessons) WriteLesson(lesson, ban, message);
  std::vector<Impression> impressions = row.impressions;
  std::stable_sort(impressions.begin(), impressions.end(),
                   [](const Impression& a, const Impression& b) { return a.hour < b.hour; });
  for (const Impression& impression : impressions) {
    message.add_impression_fingerprints(impression.post.value());
    message.add_impression_hours(impression.hour.value());
  }
}

}  // namespace bauta
