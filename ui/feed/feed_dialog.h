#pragma once

#include <QDialog>

#include <array>

#include "ui/feed/feed_trials.h"
#include "ui/session/session.h"

class QComboBox;
class QPushButton;
class QStandardItemModel;

namespace dank::ui {

class FeedRows;
class TextLabel;

/// "Columns": which column of a file of memes is what, and its first rows as they come out, live. Nothing is opened
/// until it is used; what is then chosen is remembered for files with the same columns.
class FeedDialog : public QDialog {
    Q_OBJECT
public:
    FeedDialog(Session &session, FeedQuestion question, QWidget *parent = nullptr);

    /// As if the user had chosen the folder; empty: beside the file.
    void setPictures(const std::filesystem::path &folder);
    /// What is chosen now; a mapping that says what is guessed anyway is empty.
    FeedOptions chosen() const;

private:
    QWidget *makeFields();
    QWidget *makePictures();
    QWidget *makeRows();
    QWidget *makeButtons();
    void fillFields();
    void setMapping(const FeedMapping &mapping);
    FeedMapping mapping() const;
    void attempt();
    void showTrial();
    void use();

    Session &m_session;
    const FeedQuestion m_question;
    std::filesystem::path m_pictures;
    FeedTrials m_trials;
    QStandardItemModel *m_columns;
    std::array<QComboBox *, kFeedFields> m_fields{};
    std::array<TextLabel *, kFeedFields> m_marks{};
    std::shared_ptr<const FeedTrial> m_shown;
    FeedRows *m_rows = nullptr;
    TextLabel *m_layout = nullptr, *m_folder = nullptr, *m_count = nullptr, *m_leftOut = nullptr;
    QPushButton *m_beside = nullptr, *m_back = nullptr, *m_use = nullptr;
};

}  // namespace dank::ui
