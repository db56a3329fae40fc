#pragma once

#include <QWidget>

#include <filesystem>

#include "ui/session/session.h"

namespace dank::ui {

/// The picture so that nothing of it can be told but its colours: a dozen pixels, smoothly enlarged again.
QImage blurred(const QImage &picture);

/// One meme as large as there is room. Decodes a larger picture than a thumbnail only of what is shown clearly, one at
/// a time. A click asks to show or hide it.
class ModerationPicture : public QWidget {
    Q_OBJECT
public:
    static constexpr int kSide = 720;  ///< device-independent pixels of what is decoded

    explicit ModerationPicture(Session &session, QWidget *parent = nullptr);
    /// An empty path: there is none.
    void setPicture(const std::filesystem::path &image, bool isBlurred);
    QSize sizeHint() const override { return {360, 360}; }

signals:
    void clicked();

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;

private:
    void fetch();

    Session &m_session;
    std::filesystem::path m_image;
    bool m_blurred = true;
    std::filesystem::path m_largeOf;  ///< what m_large shows
    QImage m_large;
    bool m_fetching = false;
};

}  // namespace dank::ui
